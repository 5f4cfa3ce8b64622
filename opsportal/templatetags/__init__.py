"""Template tags of the visual language.

What does a page need to show an icon, a status word or a small drawing? Keys and numbers go in,
markup without inline script or style comes out. Pages load one library: {% load ui %}.
"""
