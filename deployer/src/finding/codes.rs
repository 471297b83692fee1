//! The registry of finding codes: one entry each, read by checks, guards, `acknowledge` and `explain`.
//!
//! The entries are in the files of `codes/`, by area. Each file is a macro that adds its entries to those before it, so that
//! all of them become one enum here.

#[macro_use]
mod reading;
#[macro_use]
mod settings;
#[macro_use]
mod delivery;
#[macro_use]
mod build;
#[macro_use]
mod pool;
#[macro_use]
mod deployment;

use std::fmt;

/// How far a finding lets a command go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Worth a look; nothing stops.
    Warning,
    /// Stops `apply` with exit code 3 until the stack file acknowledges it.
    Guard,
    /// Wrong input: nothing is called.
    Error,
}

impl Level {
    /// Returns the level's name, as `explain` lists it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Guard => "guard",
            Self::Warning => "warning",
        }
    }
}

/// What a code speaks about, in the order of the data's flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Area {
    /// What stands in a stack file, before anything is called.
    File,
    /// What a stack would be rendered to.
    Template,
    /// The built handler and its zip.
    Asset,
    /// What a deployment would do.
    Plan,
}

/// What the registry says about a code.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// The name that findings print and acknowledgements name.
    pub name: &'static str,
    /// What the code speaks about.
    pub area: Area,
    /// How far a finding of this code lets a command go.
    pub level: Level,
    /// One line.
    pub title: &'static str,
    /// Why it matters, and for a guard what users would feel.
    pub why: &'static str,
    /// What to do instead.
    pub instead: &'static str,
}

/// One entry a code, under the area that it belongs to: `[Area] Variant = "name", Level, "title", why: …, instead: …;`
macro_rules! codes {
    ([] $(
        [$area:ident]
        $($variant:ident = $name:literal, $level:ident, $title:literal, why: $why:literal, instead: $instead:literal;)+
    )+) => {
        /// A rule's code.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code {
            $($(#[doc = $title] $variant,)+)+
        }

        impl Code {
            /// Every code, in the registry's order.
            pub const ALL: &'static [Self] = &[$($(Self::$variant,)+)+];

            /// Returns the registry's entry.
            pub const fn entry(self) -> Entry {
                match self {
                    $($(Self::$variant => Entry {
                        name: $name,
                        area: Area::$area,
                        level: Level::$level,
                        title: $title,
                        why: $why,
                        instead: $instead,
                    },)+)+
                }
            }
        }
    };
}

// The registry's order.
reading_codes! { [settings_codes delivery_codes build_codes pool_codes deployment_codes codes] }

impl Code {
    /// Returns the code that `name` names.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.entry().name == name)
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.entry().name)
    }
}
