/* Runs axe-core, which stands in the same world, and keeps what a report needs. Argument: {tags, kept}. */
async rules => {
  const results = await axe.run(document, {
    runOnly: { type: "tag", values: rules.tags },
    resultTypes: ["violations", "incomplete"],
    iframes: false,
  });
  const targetOf = node => node.target.map(step => (Array.isArray(step) ? step.join(" >>> ") : step)).join(" >>> ");
  return {
    version: results.testEngine.version,
    violations: results.violations.map(found => ({
      rule: found.id,
      impact: found.impact || "minor",
      tags: found.tags,
      help: found.help,
      help_url: found.helpUrl,
      nodes: found.nodes.length,
      first: found.nodes
        .slice(0, rules.kept)
        .map(node => ({ selector: targetOf(node), text: shorten(node.html), size: "" })),
    })),
    incomplete: results.incomplete.length,
    passes: results.passes.length,
  };
};
