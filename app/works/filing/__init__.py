"""Files of a site (pliki): classified when they are saved, filed in their folders; series of photographs."""
