//! Whole messages: which text is chosen, what is said of bad ones, what Cognito is given, and values of every kind.

mod checks;
mod choice;
mod cognito;
mod limits;
mod values;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use proptest::strategy::Strategy;

use super::{Composer, Request};
use crate::Redacted;
use crate::delivery::Messages;
use crate::event::Purpose;

const CODE: &str = "48151623";

fn files(files: &[(&str, &str)]) -> BTreeMap<String, String> {
    let owned = files
        .iter()
        .map(|(path, text)| ((*path).to_owned(), (*text).to_owned()));
    owned.collect()
}

fn map(name: &str, value: &str) -> Redacted<BTreeMap<String, String>> {
    Redacted::new(BTreeMap::from([(name.to_owned(), value.to_owned())]))
}

/// What a user, an app and an administrator may have typed.
#[derive(Clone, Debug)]
struct Typed {
    user_name: String,
    given_name: String,
    brand: String,
}

impl Typed {
    fn any(pattern: &'static str) -> impl Strategy<Value = Self> {
        (pattern, pattern, pattern).prop_map(|(user_name, given_name, brand)| Self {
            user_name,
            given_name,
            brand,
        })
    }

    fn request<T>(&self, purpose: Purpose, then: impl FnOnce(&Request<'_>) -> T) -> T {
        let code = Redacted::new(CODE.to_owned());
        then(&Request {
            purpose,
            attributes: &map("given_name", &self.given_name),
            client_metadata: &map("brand", &self.brand),
            code: purpose.has_code().then_some(&code),
            user_name: &Redacted::new(self.user_name.clone()),
            notice: None,
        })
    }
}

const TEXT: &str = "[{{ user_name }}][{{ attributes.given_name }}][{{ client_metadata.brand }}] {{ code }}.";
const HTML: &str = "<p title=\"{{ user_name }}\">{{ attributes.given_name }}</p>{% set x %}<i>{{ client_metadata.brand }}</i>\
                    {% endset %}{{ x }}{% autoescape false %}{{ user_name }}{% endautoescape %}\
                    <a href='https://acme.example/?u={{ user_name | urlencode }}'>{{ code }}</a>{% include \"_footer.html\" %}";

static COMPOSER: LazyLock<Composer> = LazyLock::new(|| {
    let files = files(&[
        ("en/SignUp.sms.txt", TEXT),
        ("en/SignUp.email.txt", "Subject: For {{ user_name }}\n\n{{ code }}"),
        ("en/SignUp.email.html", HTML),
        ("_footer.html", "<b>{{ user_name | upper }}</b>"),
    ]);
    Composer::new(&files, &Messages::default()).unwrap()
});
