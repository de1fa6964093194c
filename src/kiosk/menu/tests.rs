//! What stands on the reader, and what is made of an answer.
