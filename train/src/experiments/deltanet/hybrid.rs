//! A hybrid with sliding softmax attention against pure DeltaNet, as language models of bytes.

use pyrarium_datasets::BYTE_VOCAB;

use super::job::text_job;
use super::networks::{Hybrid, Network};
use crate::Error;
use crate::fit::FitConfig;
use crate::progress::Display;
use crate::registry::{Budget, ClaimText, Reproduction};
use crate::report::{Report, Summary};
use crate::run::Run;
use crate::text_job::TextJob;
use crate::weights::initialise;

/// What is tested here.
pub const CLAIM: ClaimText = ClaimText {
    id: "hybrid-models-text-better",
    statement: "Of four blocks on the novel in bytes, softmax attention over 16 tokens in every other block leaves at most as many bits per byte as DeltaNet alone.",
    paper: "340M parameters, Wikitext perplexity 27.06 with sliding attention against 28.24 (unconfirmed)",
    relation: "bits of the hybrid <= bits of DeltaNet",
};

/// Tests [`CLAIM`]: one seed, as every training takes about a minute.
pub fn test(run: &Run, what: Reproduction, report: &mut Report) -> Result<(), Error> {
    let bits = |hybrid: Hybrid| -> Result<f64, Error> {
        let base = text_job();
        let fit = FitConfig { epochs: what.budget.pick(1, 1, 8), ..base.fit };
        let model = match what.budget {
            Budget::Smoke => Network { hybrid, d_model: 16, inner: 16, ..base.model },
            Budget::Quick | Budget::Full => Network { hybrid, ..base.model },
        };
        let length = what.budget.pick(1024, base.length, base.length);
        let job = TextJob { fit, model, length, ..base };
        let data = job.open()?;
        let device = run.device.clone().autodiff();
        let config = job.model.config(BYTE_VOCAB)?;
        let model = initialise(&device, job.seed, |device| config.init(device))?;
        let fitted = job.fit(run, &data, model, None, &Display::Silent)?;
        let bits = data.score(&fitted.model, &run.device)?.bits();
        run.display.line(&format!("text, {hybrid:?}: {bits:.3} bits per byte"));
        Ok(bits)
    };
    let pure: Summary = report.add("text, DeltaNet, test bits per byte", &[bits(Hybrid::None)?]);
    let hybrid = report.add("text, sliding hybrid, test bits per byte", &[bits(Hybrid::Sliding)?]);
    let measured = format!("hybrid {:.3}, DeltaNet {:.3} bits per byte", hybrid.mean, pure.mean);
    report.claims.push(CLAIM.tested(measured, hybrid.mean <= pure.mean));
    Ok(())
}
