"""Names as long, and in as many scripts, as people and units have them."""

LONG_NAME = (
    "Trust & Safety Operations for Short Video, Live Streams and Comments in Spanish, "
    "Portuguese and Catalan, Night Shift, Team 17"
)

ARABIC_NAME = "نور الهدى عبد الرحمن"
HEBREW_NAME = "צוות וידאו, משמרת לילה 7"
