"""Routes of no room: health, API documentation, media, robots.txt, language, and not found."""
