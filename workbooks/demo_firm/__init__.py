"""The sample firm: a trading company made up from a seed, with the files such a company really has."""
