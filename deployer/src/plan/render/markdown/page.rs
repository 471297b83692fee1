//! A comment that is never too long: what does not fit is counted, and said.

/// GitHub takes 65,536 characters. Counted in bytes, which are never fewer, and with room for a title and a line that
/// says what was cut.
pub(super) const LIMIT: usize = 64_500;

/// A page with room for so much.
#[derive(Debug, Default)]
pub(super) struct Page {
    pub(super) text: String,
    /// What was cut, such as `3 findings`.
    pub(super) cut: Vec<String>,
}

impl Page {
    /// Adds what must be there; it is short.
    pub(super) fn must(&mut self, piece: &str) {
        self.text.push_str(piece);
    }

    /// Adds pieces while the page stays under `limit`, and counts the others as cut: `one` or `many` of them.
    pub(super) fn fill(&mut self, pieces: &[String], limit: usize, one: &str, many: &str) {
        let mut added = 0;
        for piece in pieces {
            if self.text.len() + piece.len() > limit {
                break;
            }
            self.text.push_str(piece);
            added += 1;
        }
        match pieces.len() - added {
            0 => {}
            1 => self.cut.push(format!("1 {one}")),
            left => self.cut.push(format!("{left} {many}")),
        }
    }
}
