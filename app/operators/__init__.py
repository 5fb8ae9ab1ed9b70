"""Platform operators: their logins and the console, where managers are opened and watched. Never residents' data."""
