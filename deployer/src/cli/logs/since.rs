//! `--since`: a number and a unit, such as `15m`.

use std::time::Duration;

/// Reads a time span: seconds, minutes, hours or days.
pub(in crate::cli) fn parse(text: &str) -> Result<Duration, String> {
    let wanted = || "wants a number and s, m, h or d, such as 15m".to_owned();
    let (number, unit) = text.split_at_checked(text.len().saturating_sub(1)).ok_or_else(wanted)?;
    let seconds = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3_600,
        "d" => 86_400,
        _ => return Err(wanted()),
    };
    // `parse` would take a sign.
    if !number.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(wanted());
    }
    let number: u32 = number.parse().map_err(|_| wanted())?;
    Ok(Duration::from_secs(u64::from(number) * seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_is_a_number_and_a_unit() {
        for (text, seconds) in [("90s", 90), ("15m", 900), ("2h", 7_200), ("4d", 345_600), ("0s", 0)] {
            assert_eq!(parse(text), Ok(Duration::from_secs(seconds)), "{text}");
        }
        for text in ["", "m", "15", "+5m", "-5m", "1.5h", "5 m", "5µ", "5000000000s"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
