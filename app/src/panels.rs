//! Parts of pages with data of their own: used by pages, embeds and wallboards alike.
