"""Documents that the agency prints and issues."""
