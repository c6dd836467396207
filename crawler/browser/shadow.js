() => {
  const unfold = (root) => {
    for (const host of root.querySelectorAll("*")) {
      if (!host.shadowRoot) continue;
      unfold(host.shadowRoot);
      const shown = document.createElement("div");
      for (const node of host.shadowRoot.childNodes) shown.append(node.cloneNode(true));
      for (const slot of shown.querySelectorAll("slot")) slot.replaceWith(...slot.childNodes);
      host.prepend(shown);
    }
  };
  unfold(document);
}
