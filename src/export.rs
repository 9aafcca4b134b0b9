//! What mpviz shows, in forms for elsewhere.

pub mod svg;
