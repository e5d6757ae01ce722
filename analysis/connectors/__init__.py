"""Official sources: fetch, keep as a vintage, compare with data_raw; nothing enters an exhibit."""
