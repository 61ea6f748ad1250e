"""The browser side: Reflex pages, states and components."""
