//! A hybrid with sliding softmax attention against pure DeltaNet, as language models of bytes.

use pyrarium_datasets::BYTE_VOCAB;

use super::job::text_job;
use super::networks::{Hybrid, Network};
use crate::Error;
use crate::fit::FitConfig;
use crate::parallel::run_all;
use crate::progress::Display;
use crate::registry::{Budget, ClaimText, Reproduction};
use crate::report::Report;
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

/// Tests [`CLAIM`]: one seed, as every training takes minutes.
pub fn test(run: &Run, what: Reproduction, report: &mut Report) -> Result<(), Error> {
    let device = run.device.clone().autodiff();
    let prepare = |hybrid: Hybrid| {
        let job = job(what.budget, hybrid);
        let data = job.open()?;
        let config = job.model.config(BYTE_VOCAB)?;
        let model = initialise(&device, job.seed, |device| config.init(device))?;
        Ok((job, data, model))
    };
    let trainings =
        [Hybrid::None, Hybrid::Sliding].into_iter().map(prepare).collect::<Result<Vec<_>, Error>>()?;
    let bits = run_all(trainings, |(job, data, model)| {
        let fitted = job.fit(run, &data, model, None, &Display::Silent)?;
        let bits = data.score(&fitted.model, &run.device)?.bits();
        run.display.line(&format!("text, {:?}: {bits:.3} bits per byte", job.model.hybrid));
        Ok(bits)
    })?;
    if let [pure, hybrid] = bits[..] {
        report.add("text, DeltaNet, test bits per byte", &[pure]);
        report.add("text, sliding hybrid, test bits per byte", &[hybrid]);
        let measured = format!("hybrid {hybrid:.3}, DeltaNet {pure:.3} bits per byte");
        report.claims.push(CLAIM.tested(measured, hybrid <= pure));
    }
    Ok(())
}

/// One epoch of the training job, or eight in the full budget.
fn job(budget: Budget, hybrid: Hybrid) -> TextJob<Network> {
    let base = text_job();
    let fit = FitConfig { epochs: budget.pick(1, 1, 8), ..base.fit };
    let model = match budget {
        Budget::Smoke => Network { hybrid, d_model: 16, inner: 16, ..base.model },
        Budget::Quick | Budget::Full => Network { hybrid, ..base.model },
    };
    let length = budget.pick(1024, base.length, base.length);
    TextJob { fit, model, length, ..base }
}
