"""The course as web pages and as one PDF; knows notebooks, and no science."""
