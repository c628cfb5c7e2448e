//! Compiles the screens, with their fonts, icons and French inside.

use std::collections::HashMap;
use std::path::PathBuf;

use slint_build::{CompilerConfiguration, DefaultTranslationContext, EmbedResourcesKind};

fn main() -> Result<(), slint_build::CompileError> {
    println!("cargo:rerun-if-changed=lang");
    let mut configuration = CompilerConfiguration::new()
        .with_style("fluent".to_owned())
        .with_library_paths(HashMap::from([("lucide".to_owned(), PathBuf::from(lucide_slint::lib()))]))
        .with_bundled_translations("lang")
        .with_default_translation_context(DefaultTranslationContext::None)
        .embed_resources(EmbedResourcesKind::EmbedFiles);
    // Only ever asked for with true: false would overrule who asks for it by the environment.
    if std::env::var_os("CARGO_FEATURE_TEST_IDS").is_some() {
        configuration = configuration.with_debug_info(true);
    }
    slint_build::compile_with_config("slint/app.slint", configuration)
}
