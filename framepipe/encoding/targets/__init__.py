"""Where frames go when they go to more than one place, or to something that is not a movie's file.

`fan_out` gives every frame to several sinks, `pictures` makes a folder of PNGs, `stream` fills a
file object.
"""
