"""What every page and answer shares: doors, forms, errors, headers, the API's document."""
