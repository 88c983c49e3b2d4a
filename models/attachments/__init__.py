"""Photos, sound, clips and pages: taken in with care, kept encrypted beside the vault, shown to whoever may see."""
