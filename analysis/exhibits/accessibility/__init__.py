"""Whether the saved figures can be read by everyone: colours, contrast, size of text, alt text."""
