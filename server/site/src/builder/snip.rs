//! Takes out of the module what can never run in the browser, though no optimiser can know that.
//!
//! An erased view carries every way to take over a page in a table of functions, also those that this program does not
//! use. Their bodies become a trap; what only they called goes with them. That is a tenth of the module.

use super::BuildError;
use std::fs;
use std::path::Path;
use walrus::{FunctionBuilder, FunctionKind, Module, passes};

/// Parts of names of functions that never run: taking over in pieces (`hydrate_lazy`), and from `<template>`s.
const NEVER_CALLED: [&str; 2] = ["hydrate_async", "hydrate_from_template"];

/// Reads the module and answers with a smaller one. The names of functions must still be in it.
pub(super) fn snip(module: &Path) -> Result<Vec<u8>, BuildError> {
    let bytes = fs::read(module).map_err(BuildError::file("read module", module))?;
    let problem = |problem| BuildError::Bind(format!("{problem:#}"));
    let mut module = Module::from_buffer(&bytes).map_err(problem)?;
    let snipped = make_traps(&mut module, &NEVER_CALLED);
    passes::gc::run(&mut module);
    eprintln!("site: {snipped} functions snipped that never run");
    Ok(module.emit_wasm())
}

/// Replaces the body of every function whose name contains one of `parts` by a trap.
fn make_traps(module: &mut Module, parts: &[&str]) -> usize {
    let is_named = |name: &str| parts.iter().any(|part| name.contains(part));
    let named: Vec<_> = module
        .funcs
        .iter_local()
        .map(|(id, _)| id)
        .filter(|id| module.funcs.get(*id).name.as_deref().is_some_and(is_named))
        .collect();
    for id in &named {
        let (takes, gives) = module.types.params_results(module.funcs.get(*id).ty());
        let (takes, gives) = (takes.to_vec(), gives.to_vec());
        let mut trap = FunctionBuilder::new(&mut module.types, &takes, &gives);
        trap.func_body().unreachable();
        let arguments = takes.iter().map(|kind| module.locals.add(*kind)).collect();
        module.funcs.get_mut(*id).kind = FunctionKind::Local(trap.local_func(arguments));
    }
    named.len()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed step fails the test")]

    use super::*;
    use walrus::{ModuleConfig, ValType};

    /// A module that exports `hydrate`, which calls `hydrate_async`, which calls `only_async`.
    fn module() -> Module {
        let mut module = Module::with_config(ModuleConfig::new());
        let mut callee = None;
        for name in ["only_async", "View::hydrate_async::closure", "hydrate"] {
            let mut function = FunctionBuilder::new(&mut module.types, &[], &[ValType::I32]);
            function.name(name.to_owned());
            match callee {
                Some(callee) => function.func_body().call(callee),
                None => function.func_body().i32_const(1),
            };
            callee = Some(function.finish(Vec::new(), &mut module.funcs));
        }
        module.exports.add("hydrate", callee.unwrap());
        module
    }

    fn names(module: &Module) -> Vec<&str> {
        module
            .funcs
            .iter()
            .filter_map(|function| function.name.as_deref())
            .collect()
    }

    #[test]
    fn what_never_runs_goes_with_what_only_it_called() {
        let mut module = module();
        assert_eq!(make_traps(&mut module, &NEVER_CALLED), 1);
        passes::gc::run(&mut module);
        assert_eq!(names(&module), ["View::hydrate_async::closure", "hydrate"]);
        let read = Module::from_buffer(&module.emit_wasm()).unwrap();
        assert_eq!(read.funcs.iter().count(), 2);
    }

    #[test]
    fn everything_else_stays() {
        let mut module = module();
        assert_eq!(make_traps(&mut module, &["hydrate_from_template"]), 0);
        passes::gc::run(&mut module);
        assert_eq!(names(&module).len(), 3);
    }
}
