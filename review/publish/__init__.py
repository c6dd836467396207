"""Publication of a survey: scores, the data set, the atlas, improvement plans, claims of governments."""
