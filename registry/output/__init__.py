"""What leaves the house: safe Markdown, charts, PDF, tables, mail, and requests to other hosts."""
