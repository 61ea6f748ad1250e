"""What people's files are, by their content, and the text that is in them."""
