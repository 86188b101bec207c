"""What the books of an agency promise: the same suite for those in memory and for those on SQL."""

from typing import Any

import pytest

from tests.contracts.attachment_contract import AttachmentContract
from tests.contracts.chain_contract import ChainContract
from tests.contracts.chat_case_contract import ChatCaseContract, ChatLetterContract
from tests.contracts.chat_contract import ChatEventContract, ConversationContract
from tests.contracts.desk_contract import DeskContract
from tests.contracts.histories_contract import HistoriesContract
from tests.contracts.journal_contract import JournalBookContract
from tests.contracts.keeping_contract import KeepingContract
from tests.contracts.learning_contract import LearningContract
from tests.contracts.licence_contract import LicenceContract
from tests.contracts.log_contract import LogContract
from tests.contracts.mailbox_contract import MailboxContract
from tests.contracts.match_contract import MatchContract
from tests.contracts.paper_contract import PaperContract
from tests.contracts.privacy_contract import PrivacyContract
from tests.contracts.register_contract import RegisterContract
from tests.contracts.retention_contract import RetentionContract
from tests.contracts.search_contract import SearchContract
from tests.contracts.sent_contract import SentContract


class BooksContract(
    LogContract,
    HistoriesContract,
    DeskContract,
    RegisterContract,
    LicenceContract,
    PaperContract,
    ChatEventContract,
    ConversationContract,
    ChatCaseContract,
    ChatLetterContract,
    KeepingContract,
    JournalBookContract,
    MailboxContract,
    MatchContract,
    SentContract,
    SearchContract,
    ChainContract,
    PrivacyContract,
    RetentionContract,
    AttachmentContract,
    LearningContract,
):
    """Subclass it and give it a `books` fixture."""

    @pytest.fixture
    def books(self) -> Any:
        raise NotImplementedError
