import { createHash } from 'node:crypto';
import type { SampleResource, SampleTarget } from '../sample-target.ts';

/** A target that keeps everything in memory, and insists on what a target may insist on. */
export class MemoryTarget implements SampleTarget {
  readonly owners = new Map<string, string>();
  readonly resources = new Map<string, SampleResource>();

  readonly revoked = new Set<string>();

  async ensureOwner({ id, name }: { id: string; name: string }): Promise<boolean> {
    this.owners.set(id, name);
    return !this.revoked.has(id);
  }

  async addResource(resource: SampleResource): Promise<void> {
    if (!this.owners.has(resource.ownerId)) throw new Error(`no owner ${resource.ownerId}`);
    if (this.revoked.has(resource.ownerId)) throw new Error(`${resource.ownerId} is revoked`);
    if (this.resources.has(resource.path)) throw new Error(`${resource.path} is taken`);
    this.resources.set(resource.path, resource);
  }

  async digestOf(_tenantId: string, path: string): Promise<Uint8Array | undefined> {
    const resource = this.resources.get(path);
    return resource && createHash('sha256').update(resource.body).digest();
  }

  async takenOf(_tenantId: string, paths: readonly string[]): Promise<ReadonlySet<string>> {
    return new Set(paths.filter((path) => this.resources.has(path)));
  }
}
