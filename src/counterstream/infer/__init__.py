"""From claims to a posterior: priors, what sources say given what was true, sampling, diagnosis."""
