//! Rates of the guard table: a deployed one that the declared ones no longer keep.

use std::collections::BTreeSet;

use serde_json::Value;

use super::delivery::resource;
use crate::finding::{Code, Finding};
use crate::plan::render::value::inline;

/// Compares the guards of two delivery configurations.
pub(super) fn findings(old: &Value, new: &Value) -> Vec<Finding> {
    let Some(before) = old.get("guard") else {
        return Vec::new();
    };
    let Some(after) = new.get("guard") else {
        let message = "no rate would be kept any more, and one code could go out twice".to_owned();
        return vec![loosened("guard", "none".to_owned(), message)];
    };
    let mut found: Vec<Finding> = scopes(before, after)
        .into_iter()
        .filter_map(|scope| {
            let (was, is) = (rates(before, &scope), rates(after, &scope));
            let kept = was.iter().all(|old| is.iter().any(|new| keeps(*new, *old)));
            let path = format!("guard.rates.{scope}");
            let to = shown(after, &scope);
            let message = format!("more messages could go out: {} → {to}", shown(before, &scope));
            (!kept).then(|| loosened(&path, to, message))
        })
        .collect();
    if !is_open(before) && is_open(after) {
        let message = "messages would go out uncounted whenever the table cannot be asked".to_owned();
        found.push(loosened("guard.on_failure.rates", "open".to_owned(), message));
    }
    found
}

fn loosened(path: &str, to: String, message: String) -> Finding {
    Finding::guard(Code::RatesLoosened, &resource(path), to, message)
}

/// What is limited by either: the kinds, and each country that either has its own rates for.
fn scopes(before: &Value, after: &Value) -> Vec<String> {
    let countries: BTreeSet<&str> = [before, after]
        .into_iter()
        .filter_map(|guard| guard.pointer("/rates/countries")?.as_object())
        .flat_map(|countries| countries.keys().map(String::as_str))
        .collect();
    let countries = countries.into_iter().map(|code| format!("countries.{code}"));
    let kinds = ["recipient", "country", "pool"].map(str::to_owned);
    kinds.into_iter().chain(countries).collect()
}

/// The list that counts for a scope: a country without its own has that of all.
fn list<'v>(guard: &'v Value, scope: &str) -> Option<&'v Value> {
    let rates = guard.get("rates")?;
    match scope.strip_prefix("countries.") {
        Some(code) => rates
            .get("countries")
            .and_then(|countries| countries.get(code))
            .or_else(|| rates.get("country")),
        None => rates.get(scope),
    }
}

fn shown(guard: &Value, scope: &str) -> String {
    list(guard, scope).map_or_else(|| "[]".to_owned(), inline)
}

/// Messages and seconds of each rate.
fn rates(guard: &Value, scope: &str) -> Vec<(u64, u64)> {
    let list = list(guard, scope).and_then(Value::as_array);
    let member = |rate: &Value, name| rate.get(name).and_then(Value::as_u64);
    list.into_iter()
        .flatten()
        .filter_map(|rate| Some((member(rate, "max")?, member(rate, "per_s")?)))
        .collect()
}

/// Whether who keeps `new` keeps `old` too: no more messages, in no less time.
const fn keeps(new: (u64, u64), old: (u64, u64)) -> bool {
    new.0 <= old.0 && new.1 >= old.1
}

fn is_open(guard: &Value) -> bool {
    guard.pointer("/on_failure/rates").and_then(Value::as_str) == Some("open")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_what_lets_more_out_is_found() {
        let guard = |rates: Value| json!({"guard": {"rates": rates}});
        let five = json!([{"max": 5, "per_s": 600}]);
        let strict = guard(json!({"recipient": five, "country": [{"max": 9, "per_s": 60}], "countries": {"DE": []}}));
        let rates = |recipient: Value, country: Value, countries: Value| {
            guard(json!({"recipient": recipient, "country": country, "countries": countries}))
        };
        let nine = json!([{"max": 9, "per_s": 60}]);
        for (new, wanted) in [
            (strict.clone(), vec![]),
            (
                rates(json!([{"max": 4, "per_s": 700}]), nine.clone(), json!({})),
                vec![],
            ),
            (
                rates(json!([{"max": 5, "per_s": 500}]), nine.clone(), json!({})),
                vec!["recipient"],
            ),
            (rates(json!([]), nine.clone(), json!({"DE": []})), vec!["recipient"]),
            (
                rates(five.clone(), nine.clone(), json!({"US": []})),
                vec!["countries.US"],
            ),
            (rates(five.clone(), json!([]), json!({"DE": []})), vec!["country"]),
        ] {
            let found = findings(&strict, &new);
            let wanted: Vec<String> = wanted
                .into_iter()
                .map(|scope: &str| format!("Function.guard.rates.{scope}"))
                .collect();
            let named: Vec<String> = found.into_iter().filter_map(|one| one.resource).collect();
            assert_eq!(named, wanted, "{new}");
        }
        assert_eq!(findings(&strict, &json!({})).len(), 1);
        assert_eq!(findings(&json!({}), &strict).len(), 0);
        let open = json!({"guard": {"on_failure": {"rates": "open"}}});
        assert_eq!(findings(&json!({"guard": {}}), &open).len(), 1);
        assert_eq!(findings(&open, &open).len(), 0);
    }
}
