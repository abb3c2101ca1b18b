"""Decks of slides from notebooks that were run: `fcsr slides`.

A deck is a page without scripts, whose scrolling stops at each slide (CSS scroll snap). nbconvert's
own needs reveal.js, which it fetches from elsewhere.
"""
