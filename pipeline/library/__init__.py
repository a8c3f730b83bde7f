"""The library: tagged reports that stay, with unit, place, year, kind and group, to be searched, counted and tagged anew."""
