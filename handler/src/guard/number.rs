//! One form of a phone number, so that a number that is written in two ways is counted once.

/// Digits that a number may have or not between calling code and national number, with the length of the national
/// number behind them: Argentina's 9 and Mexico's 1 of mobile phones.
const OPTIONAL: [(&str, &str, usize); 2] = [("+54", "9", 10), ("+52", "1", 10)];

/// Returns the form by which a number in E.164 form is counted: without a trunk prefix and without an optional digit.
///
/// It is no number to send to.
pub(super) fn normalized(number: &str) -> String {
    for (calling_code, optional, length) in OPTIONAL {
        let national = number
            .strip_prefix(calling_code)
            .and_then(|rest| rest.strip_prefix(optional));
        if let Some(national) = national.filter(|national| national.len() == length) {
            return format!("{calling_code}{national}");
        }
    }
    phonelib::normalize_phone_number(number).unwrap_or_else(|| number.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_has_one_form() {
        for (written, form) in [
            ("+447911123456", "+447911123456"),
            ("+4407911123456", "+447911123456"),
            ("+49015123456789", "+4915123456789"),
            ("+390612345678", "+390612345678"),
            ("+5491123456789", "+541123456789"),
            ("+541123456789", "+541123456789"),
            ("+5215512345678", "+525512345678"),
            ("+525512345678", "+525512345678"),
            ("+12025550173", "+12025550173"),
            ("+12215550100", "+12215550100"),
            ("+870773112345", "+870773112345"),
        ] {
            assert_eq!(normalized(written), form, "{written}");
        }
    }
}
