// Follows every link of a site with Crawlee's Cheerio crawler: node crawlee_js_crawl.mjs PACKAGES URL CONCURRENCY
import { createRequire } from 'node:module';

const [packages, url, concurrency] = process.argv.slice(2);
const { CheerioCrawler, Configuration } = createRequire(`${packages}/`)('@crawlee/cheerio');

const crawler = new CheerioCrawler(
    {
        minConcurrency: Number(concurrency),
        maxConcurrency: Number(concurrency),
        respectRobotsTxtFile: true,
        requestHandler: async ({ enqueueLinks }) => {
            await enqueueLinks();
        },
    },
    new Configuration({ persistStorage: false }),
);
await crawler.run([url]);
