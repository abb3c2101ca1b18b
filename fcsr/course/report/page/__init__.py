"""A notebook as one web page that asks the browser for nothing."""
