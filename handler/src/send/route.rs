//! The first route that matches a message.

use crate::delivery::{Country, Delivery, Route};
use crate::event::{Channel, Purpose};

/// Why no provider is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RouteError {
    /// The stack's delivery configuration has no SMS.
    #[error("send the message: the stack's delivery configuration has no `sms`")]
    NoSms,
    /// The stack's delivery configuration has no e-mail.
    #[error("send the message: the stack's delivery configuration has no `email`")]
    NoEmail,
    /// The stack's delivery configuration has no `custom_message`.
    #[error("write the message: the stack's delivery configuration has no `custom_message`")]
    NoCustomMessage,
    /// No route matches.
    #[error("send the message: no route of the stack matches its country and purpose")]
    NoRoute,
    /// The route that matches sends nothing.
    #[error("send the message: the stack declines messages for this purpose (`via: none`)")]
    Declined,
}

impl RouteError {
    /// Returns the stable code, for logs and metrics.
    pub const fn code(self) -> &'static str {
        match self {
            Self::NoSms => "send-no-sms",
            Self::NoEmail => "send-no-email",
            Self::NoCustomMessage => "send-no-custom-message",
            Self::NoRoute => "send-no-route",
            Self::Declined => "send-declined",
        }
    }
}

/// Returns the first route for this country and purpose; what has no country matches only routes for all.
pub fn choose(
    delivery: &Delivery,
    channel: Channel,
    country: Option<Country>,
    purpose: Purpose,
) -> Result<&Route, RouteError> {
    let routes = match channel {
        Channel::Sms => &delivery.sms.as_ref().ok_or(RouteError::NoSms)?.routes,
        Channel::Email => &delivery.email.as_ref().ok_or(RouteError::NoEmail)?.routes,
    };
    let matches = |route: &&Route| {
        let countries = route.countries.as_ref();
        let purposes = route.purposes.as_ref();
        countries.is_none_or(|countries| country.is_some_and(|country| countries.contains(&country)))
            && purposes.is_none_or(|purposes| purposes.contains(&purpose))
    };
    let route = routes.iter().find(matches).ok_or(RouteError::NoRoute)?;
    if route.via.is_empty() {
        return Err(RouteError::Declined);
    }
    Ok(route)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test that cannot go on should fail where it stands")]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn errors_have_stable_codes() {
        let codes = [
            (RouteError::NoSms, "send-no-sms"),
            (RouteError::NoEmail, "send-no-email"),
            (RouteError::NoCustomMessage, "send-no-custom-message"),
            (RouteError::NoRoute, "send-no-route"),
            (RouteError::Declined, "send-declined"),
        ];
        for (error, code) in codes {
            assert_eq!(error.code(), code);
        }
    }

    #[test]
    fn the_first_route_that_matches_delivers() {
        let delivery: Delivery = serde_json::from_value(json!({
            "providers": {},
            "sms": {"countries": "any", "routes": [
                {"countries": ["US", "CA"], "purposes": ["Authentication"], "via": ["a"]},
                {"countries": ["US"], "via": ["b"]},
                {"purposes": ["Authentication"], "via": ["c"]},
                {"countries": ["DE"], "via": ["d"]},
                {"purposes": ["AdminCreateUser"], "via": []}
            ]}
        }))
        .unwrap();
        let via = |country: &str, purpose| {
            choose(&delivery, Channel::Sms, Country::from_code(country), purpose).map(|route| route.via.concat())
        };
        assert_eq!(via("CA", Purpose::Authentication).as_deref(), Ok("a"));
        assert_eq!(via("US", Purpose::SignUp).as_deref(), Ok("b"));
        assert_eq!(via("FR", Purpose::AdminCreateUser), Err(RouteError::Declined));
        assert_eq!(via("JP", Purpose::Authentication).as_deref(), Ok("c"));
        assert_eq!(via("none", Purpose::Authentication).as_deref(), Ok("c"));
        assert_eq!(via("DE", Purpose::SignUp).as_deref(), Ok("d"));
        assert_eq!(via("CA", Purpose::SignUp), Err(RouteError::NoRoute));
        assert_eq!(via("none", Purpose::SignUp), Err(RouteError::NoRoute));
        assert_eq!(
            choose(&Delivery::default(), Channel::Sms, None, Purpose::SignUp),
            Err(RouteError::NoSms)
        );
        assert_eq!(
            choose(&Delivery::default(), Channel::Email, None, Purpose::SignUp),
            Err(RouteError::NoEmail)
        );
    }
}
