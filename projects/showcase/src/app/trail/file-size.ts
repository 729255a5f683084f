import { Pipe, type PipeTransform } from '@angular/core';

/** Bytes in words: `812 B`, `45 kB`, `3.2 MB`. */
@Pipe({ name: 'fileSize' })
export class FileSize implements PipeTransform {
  transform(bytes: number): string {
    if (bytes < 1000) return `${bytes} B`;
    if (bytes < 999_500) return `${Math.round(bytes / 1000)} kB`;
    return `${(bytes / 1_000_000).toFixed(1)} MB`;
  }
}
