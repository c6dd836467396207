/* Weight and times of the page as the browser's own clocks tell them: the numbers behind `LoadMeasures`. */
() =>
  new Promise(resolve => {
    const navigation = performance.getEntriesByType("navigation")[0];
    const known = number => (number > 0 ? Math.round(number * 10) / 10 : null);
    const resources = performance
      .getEntriesByType("resource")
      .map(entry => ({ type: entry.initiatorType, bytes: entry.transferSize || entry.encodedBodySize || 0 }));
    const finish = paint =>
      resolve({
        first_byte: navigation ? known(navigation.responseStart) : null,
        dom_ready: navigation ? known(navigation.domContentLoadedEventEnd) : null,
        loaded: navigation ? known(navigation.loadEventEnd) : null,
        largest_paint: paint ? known(paint.startTime) : null,
        document: navigation ? navigation.transferSize || navigation.encodedBodySize || 0 : 0,
        resources,
      });
    const types = (window.PerformanceObserver || {}).supportedEntryTypes || [];
    if (!types.includes("largest-contentful-paint")) return finish(null);
    const observer = new PerformanceObserver(list => {
      observer.disconnect();
      finish(list.getEntries().at(-1));
    });
    observer.observe({ type: "largest-contentful-paint", buffered: true });
    setTimeout(() => {
      observer.disconnect();
      finish(null);
    }, 300);
  });
