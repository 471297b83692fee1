//! Tests that find more the longer they run. Their counts are small by default, and set by environment variables for a
//! long run: `FUZZ_EVENTS`, `SOAK_EVENTS`, `COMPARED_NUMBERS`.

mod behaviours;
mod events;
mod numbers;
mod soak;

/// Returns how often something is done: what the variable says, or `default`.
fn count(variable: &str, default: usize) -> usize {
    std::env::var(variable).map_or(default, |text| text.parse().unwrap())
}

/// Numbers that look random and are the same on each run (xorshift, Marsaglia 2003).
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap() % end
    }

    fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }
}
