"""Reference solutions, hidden inputs and wrong answers: a module a chapter. For instructors."""
