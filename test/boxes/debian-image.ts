import { debianImage as productImage } from '../../src/boxes/debian-image.ts';
import { probeContainers } from './container-engine.ts';

const made = new Map<string, Promise<string>>();

/**
 * The name of a clean Debian image that contains `packages` in addition to the base ones; built on first use, with the
 * product's recipe. Rejects with the recipe's message if the image cannot be built.
 */
export function debianImage({ packages = [] }: { packages?: string[] } = {}): Promise<string> {
  const key = [...packages].sort().join(',');
  const image = made.get(key) ?? makeImage(packages);
  made.set(key, image);
  return image;
}

async function makeImage(packages: string[]): Promise<string> {
  const containers = await probeContainers();
  if (!containers.available) throw new Error(containers.reason);
  const answer = await productImage({ engine: containers.engine, packages });
  if ('reason' in answer) throw new Error(`no Debian image: ${answer.reason}`);
  return answer.image;
}
