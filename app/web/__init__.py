"""What every page needs: sites, audiences, sessions, one transaction a request, headers, errors, rendering."""
