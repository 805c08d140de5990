"""Results of cases, shown and compared: medians, tables, pictures.  Nothing is measured here."""
