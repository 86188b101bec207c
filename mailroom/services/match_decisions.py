"""What clerks say of requests that seem to be the same."""

from mailroom.domain.clerk import Clerk
from mailroom.domain.errors import RefusedActionError
from mailroom.domain.match import MatchState
from mailroom.ports import Books, Clock


def settle(
    books: Books, clock: Clock, match_id: int, message_id: int, *, state: MatchState, seen: str, clerk: Clerk
) -> None:
    """A clerk confirms or dismisses a pair of this message, seeing it in the state `seen`.

    Raises RefusedActionError `no-such-match`, or `decided-meanwhile` where another was quicker.
    """
    with books.begin() as uow:
        match = uow.matches.get(match_id)
        if match is None or message_id not in (match.message_id, match.other_id):
            raise RefusedActionError("no-such-match")
        if match.state.value != seen:
            raise RefusedActionError("decided-meanwhile")
        now = clock.now()
        uow.matches.settle(match_id, state, clerk.username, now)
        for row, other in ((match.message_id, match.other_id), (match.other_id, match.message_id)):
            uow.events.add(f"match.{state}", now, message_id=row, actor=clerk.username, detail=match.told(other))
        uow.commit()
