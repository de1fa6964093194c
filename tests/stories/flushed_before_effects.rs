//! What the kernel saw: before money or goods may move, what they rest on is flushed, and an idle
//! daemon writes nothing.
