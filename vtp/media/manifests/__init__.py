"""From the table of a recording to what players read: HLS, DASH, captions. Pure."""
