//! The linker of the browser's module: takes out what never runs there, and leaves the linking to `rust-lld`.
//!
//! rustc hands over the whole program as one object (LTO) in which every reference is listed. A function whose body is
//! nothing but `unreachable` refers to nothing, and `rust-lld` leaves out whatever nothing refers to: other functions,
//! entries of tables, constants. Done to the finished module instead, most of that would have to stay.
//!
//! A function that runs nevertheless stops the module at once; the journeys open every page.

mod object;

use super::{BuildError, files, wasm};
use std::path::Path;
use std::process::Command;

/// How rustc calls a linker for WebAssembly; no command of ours begins like this.
pub const CALLED_AS: &str = "-flavor";

/// Leptos keeps, for each type of view, how it is hydrated in pieces: for pages that load their parts later. Ours are
/// whole (`hydrate_body`). This is what makes such a future; without it nothing leads to the future itself.
const HYDRATION_IN_PIECES: &str = "<T as tachys::view::any_view::IntoAny>::into_any::hydrate_async";

/// What a panic says goes nowhere: Rust has no standard error in a browser. So a panic may as well stop the module
/// before it puts its words together. None of these ever returns.
const PANICS: [&str; 10] = [
    "core::panicking::",
    "core::cell::panic_already_",
    "core::option::expect_failed",
    "core::option::unwrap_failed",
    "core::result::unwrap_failed",
    "core::slice::index::slice_index_fail",
    "core::str::slice_error_fail",
    "alloc::alloc::handle_alloc_error",
    "alloc::raw_vec::handle_error",
    "std::panicking::begin_panic",
];

/// Links, called by rustc with the arguments for `rust-lld`.
pub fn link(arguments: &[String]) -> Result<(), BuildError> {
    for path in arguments.iter().filter(|each| each.ends_with(".rcgu.o")) {
        let path = Path::new(path);
        let whole = files::read(path)?;
        let rest = object::without(&whole, never_runs)
            .ok_or_else(|| BuildError::Object(path.to_path_buf()))?;
        files::write(path, &rest)?;
    }
    wasm::run(Command::new("rust-lld").args(arguments), "rust-lld")
}

fn never_runs(symbol: &str) -> bool {
    let name = format!("{:#}", rustc_demangle::demangle(symbol));
    name == HYDRATION_IN_PIECES || PANICS.iter().any(|panic| name.starts_with(panic))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_never_runs() {
        let check = |symbol: &str, want| assert_eq!(never_runs(symbol), want, "{symbol}");
        for (what, want) in [
            ("13hydrate_async", true),
            ("19hydrate_from_server", false),
            ("13hydrate_async28_$u7b$$u7b$closure$u7d$$u7d$", false),
        ] {
            let any = "_ZN53_$LT$T$u20$as$u20$tachys..view..any_view..IntoAny$GT$8into_any";
            check(&format!("{any}{what}17h0123456789abcdefE"), want);
        }
        check(
            "_ZN4core9panicking13panic_display17h3f5b467a806b5c05E",
            true,
        );
        check("_RNvNtCsgXGp5Oqx2Ny_4core9panicking9panic_fmt", true);
        check("_RNvNtCsgXGp5Oqx2Ny_4core6option13unwrap_failed", true);
        check(
            "_ZN4core6option15Option$LT$T$GT$9unwrap_or17h603f6454f62017e9E",
            false,
        );
        check("hydrate", false);
    }
}
