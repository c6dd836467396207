/* What a page of https loads by plain http, from the document as it stands and from what was asked for. */
() => {
  const insecure = value => {
    try {
      return new URL(value, document.baseURI).protocol === "http:" ? new URL(value, document.baseURI).href : "";
    } catch {
      return "";
    }
  };
  const of = (selector, ...names) =>
    [...document.querySelectorAll(selector)]
      .flatMap(element => names.map(name => element.getAttribute(name)))
      .filter(Boolean)
      .map(insecure)
      .filter(Boolean);
  const sets = [...document.querySelectorAll("img[srcset], source[srcset]")]
    .flatMap(element =>
      element
        .getAttribute("srcset")
        .split(",")
        .map(part => insecure(part.trim().split(/\s+/)[0])),
    )
    .filter(Boolean);
  const entries = performance.getEntriesByType("resource").filter(entry => entry.name.startsWith("http:"));
  const picture = entry => ["img", "image", "audio", "video"].includes(entry.initiatorType);
  const policies = [...document.querySelectorAll("meta[http-equiv='Content-Security-Policy' i]")];
  return {
    secure: location.protocol === "https:",
    active: [
      ...of("script, iframe, frame, embed, track", "src"),
      ...of("link[rel~=stylesheet], link[rel~=manifest]", "href"),
      ...of("object", "data"),
      ...entries.filter(e => !picture(e)).map(e => e.name),
    ],
    passive: [
      ...of("img, audio, video, source, input[type=image]", "src"),
      ...of("video", "poster"),
      ...sets,
      ...entries.filter(picture).map(e => e.name),
    ],
    forms: [...of("form", "action"), ...of("button, input", "formaction")],
    upgraded: policies.some(policy => /upgrade-insecure-requests/i.test(policy.content)),
  };
};
