"""The tabs of the studio, one a file: each builds its part of the page."""
